"""What runs inside the tunnel between console and agent, and the gate that holds it against the consent.

The relay may not import anything from here: it carries these bytes and can open none of them.
"""
