"""German sentences for codes: what the services say in codes, told to a coordinator.

Complete by test: every code that a service can send here has its words.
"""

from services.admin.pages.wording.refusals import MESSAGES
from services.admin.pages.wording.sentences import Sentences

__all__ = ["MESSAGES", "Sentences"]
