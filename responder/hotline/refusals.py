"""What the hotline refuses, told to the sender in words."""

from responder.kernel.refusals import Refusal


class NoDrill(Refusal):
    """A text begins with 演练, but no drill that covers its sender is running."""

    code = "hotline.no_drill"


class WhichWorld(Refusal):
    """A follow-up or correction by somebody whose last report was a drill's doesn't say which it means."""

    code = "hotline.which_world"


class OtherBranch(Refusal):
    """A phone of another branch tells of a place of ours: a person decides what it counts for."""

    code = "hotline.other_branch"


class WhichDrill(Refusal):
    """More than one drill is running there: a text can't say which it belongs to, a code can."""

    code = "hotline.which_drill"
