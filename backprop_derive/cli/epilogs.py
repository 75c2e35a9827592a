"""The examples at the end of each `--help`. The tests run every line."""

from __future__ import annotations

MAIN = """\b
Examples:
  backprop-derive examples                                   problems to begin from
  backprop-derive examples copy lesson                       one of them, as lesson.txt
  backprop-derive solve lesson.txt                           its worked solution, in the terminal
  backprop-derive solve lesson.txt -o lesson.pdf --open      the same to print, opened
  backprop-derive solve -e "y = x*w; L = (y - 2)^2" --given x=1,w=3 --wrt w
\b
Each command tells more: backprop-derive solve --help
Shell completion and a manual page: docs/terminal.md
"""
SOLVE = """\b
Examples:
  backprop-derive solve problem.txt
  backprop-derive solve problem.txt -o solution.pdf
  backprop-derive solve -e "y^ = x*w; s = y^ - y; loss = s**2" --given x=1,y=2,w=1 --wrt w
  cat problem.txt | backprop-derive solve - -f tex --fragment
"""
TRAIN = """\b
Examples:
  backprop-derive train net.txt --lr 0.5 --updates 10000
  backprop-derive train net.txt --optimiser adam --lr 0.01 --updates 500 --trace trace.csv --plot loss.svg
  backprop-derive train fit.txt --data points.csv --batch 4 --lr 0.1 --updates 100 -o fit.pdf
"""
CHECK = """\b
Examples:
  backprop-derive check net.txt --with numeric
  backprop-derive check net.txt --with numeric,autograd,torch,jax --digits 10
"""
EXERCISE = """\b
Examples:
  backprop-derive exercise net.txt --variants 20 --seed 7 -o sheet.pdf --key key.pdf
  backprop-derive exercise net.txt --variants 30 --exam --minutes 45 -o exam.pdf --key key.pdf
  backprop-derive exercise net.txt --variants 300 -f pdf -o out/
  backprop-derive exercise net.txt --variants 10000 --seed 7 -f moodle -o out/ --jobs 2
  backprop-derive exercise net.txt --regenerate 7K-3F9A -o again.pdf
"""
GRADE = """\b
Examples:
  backprop-derive grade net.txt derivation.md
  backprop-derive grade net.txt handed-in/ -o graded/ -f pdf
  backprop-derive grade net.txt answers.csv -o gradebook.csv
"""
WEAVE = """\b
Examples:
  backprop-derive weave chapter.qmd -o build/chapter.qmd
  backprop-derive weave book/ -o woven/ --watch
  backprop-derive weave --fragments notes.tex
"""
CHEATSHEET = """\b
Examples:
  backprop-derive cheatsheet -o gradients.pdf
  backprop-derive cheatsheet --language de -o ableitungen.html
"""
DERIVE = """\b
Examples:
  backprop-derive derive net.txt
  backprop-derive derive -e "p = sigmoid(w*x + b); L = -log(p)" --wrt w,b
  backprop-derive derive net.txt --rules --detail full -o rules.html
"""
IMPORT = """\b
Examples:
  backprop-derive import model.py:loss --inputs x=1,w=2
  backprop-derive import script.py -o problem.txt
  backprop-derive import model.py:Net --run --inputs "x=[[1, 2]],y=[[1]]" --loss "mse(y_hat, y)"
"""
PROOFREAD = """\b
Examples:
  backprop-derive proofread chapter.md
  backprop-derive proofread chapter.md --all
  backprop-derive proofread notes.ipynb -o notes.sarif
"""
SERVE = """\b
Examples:
  backprop-derive serve
  backprop-derive serve --host 0.0.0.0 --port 8080 --workers 8
"""
LISTED = """\b
Examples:
  backprop-derive examples
  backprop-derive examples show diamond
  backprop-derive examples copy diamond
  backprop-derive examples copy --all course/
"""
