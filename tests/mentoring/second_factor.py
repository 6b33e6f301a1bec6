from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret


def add_totp(person) -> str:
    """Give somebody an authenticator app; its secret."""
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    return secret
