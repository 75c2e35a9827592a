"""Code into problems. Importers read, and give the text of a problem, which its author can read and correct.

Source files, notebooks and functions are read as text and never executed. A module of PyTorch is an object that the
caller has made; `torch_module` looks at its graph.
"""
