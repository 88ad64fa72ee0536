"""What a terminal obeys: every control character, and some 200 sequences that models could write."""

from __future__ import annotations

CONTROLS = [
    chr(code) for code in [*range(0x20), 0x7F, *range(0x80, 0xA0)] if chr(code) not in "\t\n"
]

_STRINGS = [  # titles, clipboard, links, notifications, images, macros, palettes, questions that are typed back
    "0;title", "1;icon", "2;title", "4;1;?", "4;1;rgb:00/00/00", "7;file:///x", "8;;javascript:x", "9;note", "10;?", "11;#000",
    "12;?", "22;wait", "50;font", "52;c;aGk=", "52;p;?", "99;;note", "104", "110", "112", "133;A", "633;E;id", "777;notify;a;b",
    "1337;File=name=eA==:eA==", "1337;SetMark", "1337;RunApplet=x", "1337;CopyToClipboard=x", "1337;OpenURL=:aHR0cHM6Ly94",
]  # fmt: skip
_WHOLE = [
    "\x1b[31mred\x1b[0m", "\x1b]8;;javascript:x\x1b\\link\x1b]8;;\x1b\\", "\x1bP+q544e\x1b\\", "\x1bP$qm\x1b\\",
    "\x1bP1;1|17/78\x1b\\", "\x1bPq#0;2;0;0;0~\x1b\\", "\x1b_Gf=100;eA==\x1b\\", "\x1b_x\x1b\\", "\x1b^x\x1b\\", "\x1bXx\x1b\\",
    "\x1b#8", "\x1b%G", "\x1b%@", "\x1b(0", "\x1b)0", "\x1b*A", "\x1b+B", "\x1b-A", "\x1b/A", "\x1b F", "\x1b G",
    "over\rwritten", "a\bb", "a\x7fb", "\x0e\x0f", "\x05", "\x11\x13", "\x16\x0a", "\x1a", "\x1b\x1b[A", "\x1b[\x1b[A",
    "\x1b]0;never ended", "\x1b[31;never ended", "\x1b", "\x1b[", "\x1b]", "\x9b31m", "\x9d0;t\x9c", "\x90q\x9c", "\x9bA\x9bB",
    "\x1b[8;9999;9999t", "\x1b[3J", "\x1b[?25l", "\x1b[?47h", "\x1b[?1000h", "\x1b[?1003;1006h", "\x1b[?1049h", "\x1b[?2004l",
    "\x1b[?2026h", "\x1b[>0q", "\x1b[>c", "\x1b[=c", "\x1b[21t", "\x1b[5n", "\x1b[6n", "\x1b[?6n", "\x1b[14t", "\x1b[18t", "\x1b[20h", "\x1b[1;1r", "\x1b[!p", "\x1b[4;1m", "\x1b[38;5;1m", "\x1b[38:2::1:2:3m",
    "\x1b[200~pasted\n\x1b[201~", "\x1b[?1;2c", "\x1b[I", "\x1b[O", "\x1b]\x1b]0;x\x07", "\x1b[H\x1b[2J\x1b]0;x\x07",
]  # fmt: skip
SEQUENCES = [
    *_WHOLE,
    *(f"\x1b]{words}\x07" for words in _STRINGS),
    *(f"\x1b]{words}\x1b\\" for words in _STRINGS[::3]),
    *(f"\x1b[{final}" for final in "@ABCDEFGHIJKLMPSTXZ`abcdefghilmnpqrsu"),
    *(f"\x1b[9{final}" for final in "ABCDEFGHJKLMPSTXbcdfhlnqt"),
    *(f"\x1b{final}" for final in "6789=>DEFHMNOVWZclmno|}~"),
    *(f"\x9b2{final}" for final in "ABCDHJKmnsu"),
]
