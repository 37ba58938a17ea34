#!/usr/bin/env bash
# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
#
# Expected: the proximal operator of total variation is a function of its arguments: the same image and
#   the same weight give the same result.
# Happens: TVPrior.prox of DeepInverse begins each call at the primal and dual variables that the call
#   before ended with, where that had an image of the same shape, another image included. With 20 steps
#   the next results are off by 13, 9 and 6 times their own size; the default of 1000 steps hides it.
# Matters: inside an iterative reconstruction few inner steps are usual. The result of a prior that was
#   used before, for another slice or in a test, is wrong without a word, and a step of a solver depends
#   on all steps before it. Make a new prior for each image.
# Versions: deepinv 0.5.0, torch 2.11.0 (CPU), numpy 2.4.6, Python 3.11.
# Output seen:
#   20 steps, call 1 after another image: off by 12.96
#   20 steps, call 2 after another image: off by 8.70
#   20 steps, call 3 after another image: off by 5.85
#   50 steps, call 1 after another image: off by 7.22
#   50 steps, call 2 after another image: off by 2.67
#   50 steps, call 3 after another image: off by 0.99
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check \
  deepinv==0.5.0 torch==2.11.0 torchvision==0.26.0 numpy==2.4.6 || {
  echo "the packages could not be installed: nothing was shown"
  exit 2
}
"$folder/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import deepinv
import torch

print("deepinv", version("deepinv"))
torch.manual_seed(0)
image = torch.zeros(1, 1, 32, 32)
image[..., 8:24, 8:24] = 1
image += 0.1 * torch.randn_like(image)
other = torch.full_like(image, 10.0)
seen = []
for steps in (20, 50):
    fresh = deepinv.optim.TVPrior(n_it_max=steps).prox(image, gamma=0.1)
    again = deepinv.optim.TVPrior(n_it_max=steps).prox(image, gamma=0.1)
    if not torch.equal(fresh, again):
        sys.exit("changed: two new priors differ")
    prior = deepinv.optim.TVPrior(n_it_max=steps)
    prior.prox(other, gamma=0.1)
    for call in (1, 2, 3):
        found = prior.prox(image, gamma=0.1)
        error = ((found - fresh).norm() / fresh.norm()).item()
        print(f"{steps} steps, call {call} after another image: off by {error:.2f}")
        seen.append(error)
if min(seen) < 0.5:
    sys.exit("changed: the result depends on the image before by less")
print("as stated")
PYTHON
