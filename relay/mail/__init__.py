"""Mail in and out: the desk's one address (promise 20).

    parse      bytes to a `Mail`:  headers charsets parts trim kinds reports
    errors     what can go wrong

Whatever comes from outside is distrusted; nothing is lost: a mail leaves its inbox once what it says is in the history,
or once it was set aside with a reason that the lead hears of.
"""
