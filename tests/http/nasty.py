"""What a form or the API may be sent by somebody who means no good, or by a broken program."""

from __future__ import annotations

NASTY = [
    "", " ", "\n", "\t", "\x00", "a\x00b", "\x1b[31m", "\x7f", "\x1f", "\ud800", "a\udfffb", "\ufeff", "\ufffe", "\u202e321", "\u2066x",
    "\u200b", "\u200d" * 50, "e\u0301" * 100, "Ａｄｍｉｎ", "аdmin", "🎬" * 200, "﷽" * 50, "İ" * 100, "ß" * 100,
    "'; DROP TABLE person; --", "' OR '1'='1", '" OR ""="', "1; SELECT pg_sleep(10)", "\\'; --", "%' AND 1=0 --", "$1", "?1", ":name",
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "<svg onload=alert(1)>", "</textarea><script>", "javascript:alert(1)",
    "{{ 7 * 7 }}", "{% raw %}", "${7*7}", "#{7*7}", "%(name)s", "%s%s%s%n", "{0}", "{__class__}",
    "../../etc/passwd", "..\\..\\windows", "/dev/null", "file:///etc/passwd", "C:\\", "con", "=1+1", "@SUM(A1)", "+1", "-1",
    "a\r\nSet-Cookie: x=1", "a\r\n\r\n<html>", "Bcc: all@example.com",
    "0", "-0", "00", "01", "1e9", "1E400", "NaN", "Infinity", "-Infinity", "0x10", "1_000", "1,000", "1.000,00", "0.005", "1.", ".5",
    "１２", "٣", "½", "2147483647", "2147483648", "9223372036854775807", "9223372036854775808", "9" * 400, "1.99999999999999999999", "٠٫٥",
    "true", "null", "undefined", "[]", "{}", "on", "2026-02-30T00:00", "9999-12-31T23:59", "0000-00-00T00:00", "2026-13-01",
    "２０２６-01-01", "lin@example", "@example.com", "lin@@example.com", "lin@exämple.com", "lin@example.com\n", "a" * 65 + "@example.com",
    "lin@-example.com", "<lin@example.com>", "x" * 1_000, "x" * 100_000, "長" * 70_000, " " * 10_000,
]  # fmt: skip
