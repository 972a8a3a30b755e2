"""What several networks share: layers (torch) and the ways of trackers (numpy)."""
