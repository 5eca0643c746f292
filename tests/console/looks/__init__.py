"""The console's windows with made-up data; `make looks` draws them all.

One alone: `python -m tests.stage.render tests.console.looks.desk:desk`.
"""
