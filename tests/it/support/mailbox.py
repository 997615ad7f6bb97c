"""Takes mail on the loopback address and tells each letter as a line of JSON, as it was received.
Ends when its standard input does."""

import asyncio
import email
import email.policy
import json
import os
import sys

from aiosmtpd.smtp import SMTP


def tell(what):
    print(json.dumps(what), flush=True)


class Taker:
    async def handle_DATA(self, server, session, envelope):
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        tell({
            "sender": envelope.mail_from,
            "recipients": envelope.rcpt_tos,
            "headers": [[name.lower(), str(value)] for name, value in letter.items()],
            "body": letter.get_content(),
        })
        return "250 taken"


class Refuser:
    async def handle_RCPT(self, server, session, envelope, address, options):
        return "550 5.1.1 nobody of that name here"


async def main(port, handler):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, hostname="mail.test"), "127.0.0.1", port)
    tell({"port": server.sockets[0].getsockname()[1]})
    await loop.run_in_executor(None, sys.stdin.read)
    os._exit(0)


asyncio.run(main(int(sys.argv[1]), Refuser() if sys.argv[2] == "refuse" else Taker()))
