"""Every way in which an error comes about, provoked for real; `test_errors.py` reads them all."""
