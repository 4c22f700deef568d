"""The toolkit for HTML: templates, forms, errors, security headers, static files. It knows no domain word,
so every slice can use it and none can be broken by another slice through it.
"""
