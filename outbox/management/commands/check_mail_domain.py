from email.utils import parseaddr
from pathlib import Path

import dns.exception
import dns.resolver
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from outbox.domain_check import Level, check_domain, from_file


class Command(BaseCommand):
    help = "Hints on SPF, DKIM and DMARC of the domain that our mail comes from; from a file, or from DNS if asked."

    def add_arguments(self, parser):
        parser.add_argument("domain", nargs="?", help="the domain of MAIL_FROM unless given")
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument("--records", type=Path, help='a file of TXT records: name TXT "what it says"')
        where.add_argument("--live", action="store_true", help="ask DNS")
        parser.add_argument(
            "--selector", action="append", default=[], help="of DKIM; may be given several times"
        )
        parser.add_argument("--signed-by", default="", help="the domain that signs (d=), where it is another")

    def handle(self, *args, domain, records, live, selector, signed_by, **options):
        domain = domain or parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
        look_up = ask_dns if live else from_file(read(records))
        findings = check_domain(domain, look_up, selectors=selector, signed_by=signed_by)
        self.stdout.write(f"Mail from {domain}:")
        for finding in findings:
            self.stdout.write(f"  {finding}")
        count = sum(finding.level == Level.BAD for finding in findings)
        if count:
            raise CommandError(f"{count} to mend before other servers trust this domain.", returncode=1)


def read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from None


def ask_dns(name: str) -> list[str] | None:
    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=10)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as error:
        raise CommandError(f"DNS gave no answer about {name}: {error}") from None
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]
