"""The bench machine's web server: one page, and the WebAPI's getVersion with the release that stands on the disk."""

import json
import ssl
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path("/opt/bench")


class Handler(BaseHTTPRequestHandler):
    """GET for the page, POST for the WebAPI."""

    def do_GET(self) -> None:
        """Give the page."""
        self.reply(b"<title>OCC</title>", "text/html")

    def do_POST(self) -> None:
        """Give release and WebAPI version, whatever was asked."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        release = (HERE / "release").read_text().strip()
        answer = {"jsonrpc": "2.0", "id": 1, "result": [release, "22.0.0"]}
        self.reply(json.dumps(answer).encode(), "application/json")

    def reply(self, body: bytes, kind: str) -> None:
        """Send one answer."""
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""


if __name__ == "__main__":
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(HERE / "certificate.pem", HERE / "key.pem")
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.serve_forever()
