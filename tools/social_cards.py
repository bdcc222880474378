"""Draw book/_static/card-<edition>.png, the picture that a link to the book shows elsewhere."""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

STATIC = Path(__file__).resolve().parents[1] / "book" / "_static"
# Pixels: the size that the large services ask for.
SIZE = {"width": 1200, "height": 630}
TEXTS = {
    "en": ("Deep Learning Computation", "Blocks, parameters, files and devices, run and explained"),
    "zh": ("深度学习计算", "块、参数、文件与设备：跑给你看，讲给你听"),
}
PAGE = """<body style="margin:0;display:flex;flex-direction:column;align-items:center;
justify-content:center;height:100vh;background:#fff;color:#1f2933;
font-family:'DejaVu Sans','Noto Sans CJK SC',sans-serif;text-align:center">
<div style="width:360px">{logo}</div>
<div style="font-size:66px;font-weight:700;margin:36px 40px 18px">{title}</div>
<div style="font-size:31px;color:#52606d">{line}</div></body>"""


def main() -> None:
    """Draw the cards anew."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        sys.exit("Chromium is not installed; install the Debian package chromium and run again.")
    logo = (STATIC / "logo.svg").read_text(encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE)
        for edition, (title, line) in TEXTS.items():
            page.set_content(PAGE.format(logo=logo, title=title, line=line))
            picture = Image.open(io.BytesIO(page.screenshot())).quantize(64)
            path = STATIC / f"card-{edition}.png"
            picture.save(path, optimize=True)
            print(path.relative_to(STATIC.parents[1]))


if __name__ == "__main__":
    main()
