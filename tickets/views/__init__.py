"""The staff's pages: functions only."""
