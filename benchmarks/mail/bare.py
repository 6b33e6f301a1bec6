"""`smtplib` in a loop: what was composed before goes down one connection. No queue, no note of what left.

`python bare.py PORT MAILS FOLDER`
"""

import smtplib
import sys
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from content import SENDER, SUBJECT, address  # in the peers' environment the project is no package


def main(port: int, count: int, folder: Path) -> None:
    text, html = (folder / "body.txt").read_text(), (folder / "body.html").read_text()
    composed = [(address(number), compose(number, text, html)) for number in range(count)]
    with smtplib.SMTP("127.0.0.1", port) as connection:
        for reader, content in composed:
            connection.sendmail(SENDER, [reader], content)


def compose(number: int, text: str, html: str) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["Subject"] = SUBJECT.format(number=number)
    message["From"], message["To"] = SENDER, address(number)
    message["Message-ID"] = f"<{number}@example.org>"
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return message.as_bytes()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
