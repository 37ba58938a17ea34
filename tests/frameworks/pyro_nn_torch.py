# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0
"""What pyro_nn_names.py asks of PyTorch alone: modules, wrappers, state_dict."""
import io

import numpy as np
import torch

import pyro_nn_frame as common
from pyronn_names import layers, modules, raw_torch, torch_layers


def reconstructions():
    """Modules of filtered backprojection: amplitude, gradients of the filter, files."""
    for name, made, kind in (
        ("parallel 2D", common.parallel(pixel=0.7, spacing=0.9),
         modules.ParallelBeamReconstruction2D),
        ("fan 2D", common.fan(pixel=1.3), modules.FanBeamReconstruction),
        ("fan 2D", common.fan(span=np.pi + 0.5, views=90), modules.FanBeamReconstruction),
        ("cone 3D", common.cone(views=90), modules.FDKConeBeamReconstruction),
    ):
        module = kind(made, "hann")
        radius = 0.3 * made.volume_shape[-1] * made.volume_spacing[-1]
        lines = torch.tensor(common.project(name, made, common.ball(made, radius))[None])
        image = module(lines)
        found = image[0][common.ball(made, radius / 2) > 0.5].mean().item()
        yield f"{kind.__name__}: amplitude", abs(found - 1) < 1e-3, f"{found:.4f}"

        target = torch.randn_like(image)
        (module(lines) * target).sum().backward()
        step = torch.randn_like(module.response)
        with torch.no_grad():
            before = module(lines)
            module.response += step
            difference = (module(lines) - before).double()
        expected = (difference * target).sum().item()
        found = (module.response.grad.double() * step).sum().item()
        error = abs(found - expected) / (difference.norm() * target.double().norm()).item()
        yield f"{kind.__name__}: gradient of the filter", error < 2e-6, f"{error:.1e}"

        file = io.BytesIO()
        torch.save(module.state_dict(), file)
        file.seek(0)
        other = kind(made)
        other.load_state_dict(torch.load(file))
        yield f"{kind.__name__}: state_dict", list(module.state_dict()) == \
            ["response"] and torch.equal(other(lines), module(lines)), ""
        file = io.BytesIO()
        torch.save(module, file)
        file.seek(0)
        whole = torch.load(file, weights_only=False)
        yield f"{kind.__name__}: save, load", torch.equal(whole(lines), module(lines)), ""
        trained = {key for key, _ in module.named_parameters()}
        yield f"{kind.__name__}: parameters", trained == {"response"}, ""


def wrappers():
    """The modules of 1.1 and the wrappers for NumPy."""
    for name, forward, back in (("parallel 2D", "ParallelProjection", "ParallelBackProjection"),
                                ("fan 2D", "FanProjection", "FanBackProjection"),
                                ("cone 3D", "ConeProjection", "ConeBackProjection"),
                                ("parallel 3D", "ParallelProjection", "ParallelBackProjection")):
        made = common.BEAMS[name][0](views=12)
        rank = name[-2:]
        functions = common.BEAMS[name][1:]
        for kind, function, shape in ((forward, functions[0], made.volume_shape),
                                      (back, functions[1], made.sinogram_shape)):
            x = common.random.standard_normal((1, *shape)).astype(np.float32)
            expected = getattr(torch_layers, function)(torch.tensor(x), made)
            module = getattr(torch_layers, kind + rank)()
            tensors = {key: torch.as_tensor(np.asarray(made[key])) for key in made.keys()}
            yield f"{kind}{rank}: **geometry", torch.equal(
                module(torch.tensor(x), **made), expected) and torch.equal(
                module.forward(torch.tensor(x), **tensors), expected), ""
            wrapper = getattr(layers, f"{kind}For{rank}")()
            from_array = wrapper.forward(x, made)
            grown = torch.tensor(x, requires_grad=True)
            kept = wrapper.forward(grown, made, for_train=True)
            kept.sum().backward()
            yield f"{kind}For{rank}", isinstance(from_array, np.ndarray) and np.array_equal(
                from_array, expected.numpy()) and grown.grad is not None, ""


def raw():
    """The functions of pyronn_layers, with tensors in the order of their arguments."""
    for name in ("parallel 2D", "fan 2D", "cone 3D"):
        made = common.BEAMS[name][0](views=12)
        t = {key: torch.as_tensor(np.asarray(made[key]), dtype=torch.float32)
             for key in made.keys() if key not in ("trajectory", "angular_range")}
        rays = torch.as_tensor(made.trajectory)
        where = [t["volume_origin"], t["detector_origin"], t["volume_spacing"],
                 t["detector_spacing"]]
        if name == "cone 3D":
            options = ([where[0], where[2], rays, t["step_size"], torch.tensor([0.0])],
                       [where[0], where[2], rays, t["projection_multiplier"], torch.tensor([0.0])])
        else:
            distances = [t["source_isocenter_distance"], t["source_detector_distance"]] if \
                name == "fan 2D" else []
            options = ([*where, *distances, rays],) * 2
        for function, shape, other, more in zip(
                common.BEAMS[name][1:], (made.volume_shape, made.sinogram_shape),
                (t["sinogram_shape"], t["volume_shape"]), options):
            x = torch.randn(2, *map(int, shape))
            found = getattr(raw_torch, function)(x, other, *more)
            expected = getattr(torch_layers, function)(x, made)
            yield f"pyronn_layers.{function}", *common.near(found, expected.numpy(), 1e-5)


def scans():
    """What a geometry must not do: lose a gradient, or take another scan's weights."""
    made = common.fan(views=12)
    for name, value in (("trajectory", torch.tensor(made.trajectory)),
                        ("source_isocenter_distance", torch.tensor(250.0))):
        grown = {**made, name: value.requires_grad_()}
        try:
            torch_layers.fan_projection2d(torch.ones(1, 64, 64), grown)
            yield f"a {name} that requires a gradient", False, "accepted"
        except NotImplementedError as error:
            yield f"a {name} that requires a gradient", name in str(error), str(error)
    full, short = (modules.FanBeamReconstruction(common.fan(span=span, views=90))
                   for span in (2 * np.pi, np.pi + 0.5))
    lines = torch.rand(1, 90, 128)
    before = short(lines)
    short.load_state_dict(full.state_dict())
    yield "state_dict of another scan takes its filter alone", torch.equal(short(lines), before), ""
    half = full.half()(lines.half())
    yield "a module of half", half.dtype == torch.float32, ""


def compiled():
    """torch.compile and vmap."""
    made = common.fan(views=12)
    module = modules.FanBeamReconstruction(made)
    lines, images = torch.randn(2, 12, 128), torch.randn(2, 64, 64)
    graph = torch.compile(module, fullgraph=True, backend="aot_eager")
    yield "torch.compile of a module", torch.equal(graph(lines), module(lines)), ""

    def project(x):
        return torch_layers.fan_projection2d(x, made)

    graph = torch.compile(project, backend="aot_eager")
    yield "torch.compile of a function", torch.equal(graph(images), project(images)), ""
    yield "torch.vmap", torch.equal(torch.vmap(project)(images), project(images)), ""


def table():
    yield from reconstructions()
    yield from wrappers()
    yield from raw()
    yield from scans()
    yield from compiled()
