"""`backprop-derive serve`: a page with the problem on the left and its solution on the right, for one or a class."""
