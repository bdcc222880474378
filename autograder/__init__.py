"""Autograder of the course *Deep Learning Computation*: plug-ins for nbgrader, and one command."""

__version__ = "0.1.0"
