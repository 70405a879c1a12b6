"""The one error family of the project."""


class SurveyError(Exception):
    """Something a person can act on. The message reads `where: what is wrong; what to do`."""
