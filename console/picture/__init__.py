"""The helped screen as pixels: a decoder that fills a canvas, and the canvas that a window paints from."""
