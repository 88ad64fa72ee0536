"""How far a map is, for a person: a bar in a cell, a line in a terminal, tqdm in a script.

here            which of them, here
words           how far it is in words: while it goes on, and what stays at its end
update_clock    how often what is shown is painted again
in_cell         a bar in a cell, which ends as one output
in_terminal     a line in a terminal, or lines where no cursor can be moved
with_tqdm       the bar of tqdm
"""
