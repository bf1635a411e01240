"""The year's drills, the worlds they run in, and what they showed."""
