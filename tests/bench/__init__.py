"""What each step of the picture's way costs, on content that was made up and on recordings of real programs."""
