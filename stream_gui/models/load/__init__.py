"""The load of a server, as the page of it shows it; it measures nothing."""
