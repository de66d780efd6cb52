"""What an operator takes away from the plots: pictures, data, a program."""
