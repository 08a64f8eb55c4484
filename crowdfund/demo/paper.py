"""Papers of the demo: a page of plain words as a PDF, written by hand, so that evidence can be opened."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap


def paper(title: str, lines: Sequence[str]) -> bytes:
    """One A4 page: a title and some sentences below it, in the font that every reader has."""
    text = [f"BT /F1 22 Tf 72 740 Td ({_escaped(title)}) Tj ET"]
    for number, line in enumerate(part for sentence in lines for part in wrap(sentence, 80)):
        text.append(f"BT /F1 12 Tf 72 {700 - 18 * number} Td ({_escaped(line)}) Tj ET")
    stream = "\n".join(text).encode("cp1252", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    written = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(written))
    return written + head + table + tail


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
