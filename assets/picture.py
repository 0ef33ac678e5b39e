#!/usr/bin/env python3
"""Makes assets/screen.svg: what the real program draws, run in tmux on its demonstration book.

Usage: assets/picture.py PATH-TO-CALLBOOK        (needs tmux)
"""

import re
import subprocess
import sys
import time
from html import escape
from itertools import groupby
from pathlib import Path

COLUMNS, ROWS, WIDTH, HEIGHT = 100, 30, 8.4, 18
GROUND, TEXT = "#1e1e1e", "#e6e6e6"
# What a sign of a rule is drawn as: the sides of its cell that it reaches, and how thick it is.
RULES = {
    "━": ("lr", 2.5), "─": ("lr", 1), "│": ("tb", 1), "┬": ("lrb", 1), "┴": ("lrt", 1),
    "╭": ("rb", 1), "╮": ("lb", 1), "╰": ("rt", 1), "╯": ("lt", 1),
}


def tmux(*words):
    return subprocess.run(["tmux", "-L", "callbook-picture", "-f", "/dev/null", *words], check=True, capture_output=True, text=True).stdout


def screen(program):
    command = f"env LANG=C.UTF-8 COLORFGBG='15;0' COLORTERM=truecolor TERM=xterm-256color '{program}' --demo"
    tmux("new-session", "-d", "-x", str(COLUMNS), "-y", str(ROWS), command)
    try:
        tmux("set", "-g", "default-terminal", "tmux-256color")
        time.sleep(2)
        for keys in ["/", "mar", "Enter", "Tab", "/", "Tab"]:
            tmux("send-keys", keys)
            time.sleep(0.3)
        for _ in range(3):
            tmux("send-keys", "Down")
            time.sleep(0.2)
        return tmux("capture-pane", "-e", "-p").split("\n")
    finally:
        tmux("kill-server")


def spans(line):
    """The runs of a line, each with its colour and attributes."""
    colour, bold, dim, underlined = TEXT, False, False, False
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if not part.startswith("\x1b["):
            if part:
                yield part, colour, bold, dim, underlined
            continue
        codes = [int(code or 0) for code in part[2:-1].split(";")]
        while codes:
            code = codes.pop(0)
            if code == 0:
                colour, bold, dim, underlined = TEXT, False, False, False
            elif code in (1, 2, 4):
                bold, dim, underlined = bold or code == 1, dim or code == 2, underlined or code == 4
            elif code in (22, 24):
                bold, dim, underlined = bold and code != 22, dim and code != 22, underlined and code != 24
            elif code == 38 and codes and codes[0] == 2:
                colour, codes = "#%02x%02x%02x" % tuple(codes[1:4]), codes[4:]
            elif code == 39:
                colour = TEXT


def width(text):
    import unicodedata

    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 0 if unicodedata.combining(sign) else 1 for sign in text)


def pieces(text):
    """A text, cut where rules begin and end."""
    signs = "".join(RULES)
    return [piece for piece in re.split(f"([{signs}]+)", text) if piece]


def rules(text, column, row, colour, style):
    """The lines that signs of rules are drawn as; whole ones, whatever font the page is seen in."""
    top, paths = 12 + row * HEIGHT, {}
    y = top + HEIGHT / 2
    for sign, run in groupby(text):
        long = len(list(run)) * WIDTH
        left = 12 + column * WIDTH
        column += long / WIDTH
        sides, thick = RULES[sign]
        x = left + long / 2
        ends = {"l": f"H{left:.1f}", "r": f"H{left + long:.1f}", "t": f"V{top}", "b": f"V{top + HEIGHT}"}
        starts = f"M{left:.1f} {y:.0f}{ends['r']}" if "lr" in sides else ""
        starts += "".join(f"M{x:.1f} {y:.0f}{ends[side]}" for side in sides.replace("lr", ""))
        paths[thick] = paths.get(thick, "") + starts
    for thick, path in paths.items():
        yield f'<path d="{path}" stroke="{colour}" stroke-width="{thick}"{style}/>'


def svg(lines):
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {COLUMNS * WIDTH + 24:.0f} {ROWS * HEIGHT + 24}" '
        'font-family="ui-monospace, Menlo, Consolas, DejaVu Sans Mono, monospace" font-size="14">',
        f'<rect width="100%" height="100%" rx="8" fill="{GROUND}"/>',
    ]
    for row, line in enumerate(lines[:ROWS]):
        column = 0
        for text, colour, bold, dim, underlined in spans(line):
            for piece in pieces(text):
                wide, faint = width(piece), ' opacity="0.6"' * dim
                if piece[0] in RULES:
                    out += rules(piece, column, row, colour, faint)
                elif piece.strip():
                    style = ' font-weight="bold"' * bold + faint + ' text-decoration="underline"' * underlined
                    out.append(
                        f'<text x="{12 + column * WIDTH:.1f}" y="{26 + row * HEIGHT}" fill="{colour}" xml:space="preserve" '
                        f'textLength="{wide * WIDTH:.1f}"{style}>{escape(piece)}</text>'
                    )
                column += wide
    return "\n".join([*out, "</svg>", ""])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    Path(__file__).with_name("screen.svg").write_text(svg(screen(sys.argv[1])))
