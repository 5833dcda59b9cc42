"""As an administrator would write it: signs in to each mailbox in turn, searches all folders, deletes.

Arguments: port, certificate to trust (or nothing: in the clear), Message-ID. Mailboxes come on standard input, the
administrator's password in RECANT_BENCH_SECRET. Prints how many copies went, and seconds without the start of Python.
"""

import imaplib
import os
import re
import ssl
import sys
import time

ADMIN = "admin"
LISTED = re.compile(rb'\((?P<attributes>[^)]*)\) (?:"[^"]*"|NIL) (?P<name>.+)')


def connect(port, trust):
    if trust:
        return imaplib.IMAP4_SSL("localhost", port, ssl_context=trust)
    return imaplib.IMAP4("127.0.0.1", port)


def good(answer):
    status, data = answer
    if status != "OK":
        raise RuntimeError(f"the server says {status} {data}")
    return data


def purge(server, message_id):
    removed = 0
    for line in good(server.list()):
        folder = LISTED.fullmatch(line)
        if b"\\Noselect" in folder["attributes"]:
            continue
        good(server.select(folder["name"]))
        found = good(server.uid("SEARCH", "HEADER", "Message-ID", f'"{message_id}"'))[0].split()
        if found:
            good(server.uid("STORE", b",".join(found), "+FLAGS.SILENT", r"(\Deleted)"))
            good(server.expunge())
            removed += len(found)
    return removed


def main():
    port, authority, message_id = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    secret = os.environ["RECANT_BENCH_SECRET"]
    trust = ssl.create_default_context(cafile=authority) if authority else None
    users = sys.stdin.read().split()
    removed, start = 0, time.monotonic()
    for user in users:
        server = connect(port, trust)
        good(server.login(f"{user}*{ADMIN}", secret))
        removed += purge(server, message_id)
        server.logout()
    print(removed, time.monotonic() - start)


main()
