"""Files that people upload: small, whole, of every kind that is taken, and one that is not."""

import tempfile
import zlib
from pathlib import Path

FOLDER = Path(tempfile.mkdtemp(prefix="zhiping-papers-"))


def keep(name, content):
    path = FOLDER / name
    path.write_bytes(content)
    return str(path)


def chunk(kind, data):
    body = kind + data
    return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")


def png(width=236, height=330, colour=(67, 142, 219)):
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    rows = (b"\0" + bytes(colour) * width) * height
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def pdf(pages=1):
    kids = " ".join(f"{3 + page} 0 R" for page in range(pages))
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Count {pages} /Kids [{kids}] >>"]
    objects += ["<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"] * pages
    body = "".join(f"{number + 1} 0 obj\n{each}\nendobj\n" for number, each in enumerate(objects))
    return f"%PDF-1.4\n{body}trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n0\n%%EOF\n".encode()


PHOTO = keep("照片.png", png())
CERTIFICATE = keep("毕业证书.pdf", pdf())
THREE_PAGES = keep("论文（封面、目录、正文）.pdf", pdf(3))
PROOF = keep("公示证明（盖章）.pdf", pdf())
POSTS = keep("岗位情况表（盖章）.pdf", pdf())
NOT_A_PDF = keep("网页.pdf", b"<!doctype html><script>window.__pwn = 1</script>")
TOO_LARGE = keep("太大.pdf", pdf() + b" " * 20_000_000)
HEAVY = keep("扫描件.pdf", pdf() + b" " * 6_000_000 + b"\n%%EOF\n")
