"""What a notebook knows that a model can be shown. IPython is not imported here."""
