// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "calibration.hpp"

#include <cstddef>

namespace example {
namespace {

/// Or where there are none `otherwise`, in all pixels.
pyronn::CalibrationFields fields_of(pyronn::CalibrationImages const& calibration,
                                    pyronn::Extents<2> size, double otherwise, FieldsOfTimes use,
                                    pyronn::CpuExecutor const& executor) {
  if (!calibration) {
    std::vector<float> field(static_cast<std::size_t>(size.count()), static_cast<float>(otherwise));
    return {size, {{0, 1, std::move(field), {}}}};
  }
  auto fields = pyronn::calibration_fields(executor, calibration, 0, size[1]);
  if (use == FieldsOfTimes::averaged) fields.fields = {fields.all()};
  return fields;
}

}  // namespace

Calibration read_calibration(pyronn::Scan const& scan, FieldsOfTimes use,
                             pyronn::CpuExecutor const& executor) {
  Calibration calibration{scan.detector_size()};
  if (scan.measured == pyronn::Measured::line_integrals) return calibration;
  calibration.darks = fields_of(scan.darks, calibration.size, 0, use, executor);
  calibration.flats =
      fields_of(scan.flats, calibration.size, scan.full_intensity.value_or(1), use, executor);
  return calibration;
}

}  // namespace example
