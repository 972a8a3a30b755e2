"""Every network of the toolkit, one line each, and the door to all of them."""
