"""What the console of remote calls is made of, without a widget."""
