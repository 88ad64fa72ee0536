"""Commands for what of the notebook goes along with a question: hide, pin."""
