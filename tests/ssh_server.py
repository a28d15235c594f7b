"""A server for tests that speaks SSH and SFTP: ``python ssh_server.py FOLDER`` writes its keys and its port there.

It lets in whoever has the key ``client`` of that folder, or the password ``secret``, and listens on loopback alone.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import asyncssh


class Gate(asyncssh.SSHServer):
    """Lets in by key or by password."""

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("me", "secret")


async def run(process: Any) -> None:
    """Carry out a command as a shell does."""
    local = await asyncio.create_subprocess_shell(
        process.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    await process.redirect(stdin=local.stdin, stdout=local.stdout, stderr=local.stderr)
    process.exit(await local.wait())


async def serve(folder: Path) -> None:
    """Serve until the process is killed."""
    for name in ("host", "client"):
        key = asyncssh.generate_private_key("ssh-ed25519")
        key.write_private_key(folder / name)
        key.write_public_key(folder / f"{name}.pub")
        (folder / name).chmod(0o600)
    server = await asyncssh.create_server(
        Gate,
        "127.0.0.1",
        0,
        server_host_keys=[folder / "host"],
        authorized_client_keys=str(folder / "client.pub"),
        process_factory=run,
        sftp_factory=True,
        encoding=None,
    )
    unfinished = folder / "port.partial"
    unfinished.write_text(str(server.sockets[0].getsockname()[1]), encoding="ascii")
    unfinished.replace(folder / "port")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
