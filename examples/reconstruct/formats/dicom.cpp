// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include <dcmtk/oflog/oflog.h>

#include <pyronn/scan/dicom_ct_pd.hpp>

#include "../scan_format.hpp"
#include "signatures.hpp"

namespace example {

ScanFormat dicom_format() {
  return {dicom_name, is_dicom, [](ScanSource const& source) {
            OFLog::configure(OFLogger::OFF_LOG_LEVEL);  // what DCMTK says of files on its own
            return pyronn::read_dicom_ct_pd(source.path, source.given);
          }};
}

}  // namespace example
