"""Files to upload, each unlike every other."""

import zlib


def chunk(kind, data):
    body = kind + data
    return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")


def photo(width=236, height=330):
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    rows = (b"\0" + bytes((67, 142, 219)) * width) * height
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def paper(mark, length=0):
    """A page of PDF that says nothing but its mark, with this many bytes more."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 1 /Kids [3 0 R] >>", "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"]
    body = "".join(f"{number + 1} 0 obj\n{each}\nendobj\n" for number, each in enumerate(objects))
    text = f"%PDF-1.4\n{body}% {mark}\n".encode()
    return text + b"%" + b" " * length + b"\ntrailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n0\n%%EOF\n"
