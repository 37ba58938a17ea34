// SPDX-FileCopyrightText: The pyronn authors
// SPDX-License-Identifier: Apache-2.0
#include "arguments.hpp"

#include <cstddef>

#include "bad_input.hpp"
#include "typed_numbers.hpp"

namespace example {
namespace {

bool is_option(std::string const& word) {
  return word.size() > 1 && word[0] == '-' && !looks_like_number(word);
}

/// How many values may follow a word that names an option, or several short ones.
struct Values {
  int least = 0;
  int most = 0;

  void take_one() {
    least = least > 0 ? least - 1 : 0;
    most = most > 0 ? most - 1 : 0;
  }
};

Values values_of(CLI::App const& app, std::string const& name) {
  CLI::Option const* const option = app.get_option_no_throw(name);
  if (option == nullptr) return {};
  return {option->get_items_expected_min(), option->get_items_expected_max()};
}

Values values_behind(CLI::App const& app, std::string const& word) {
  if (word[1] == '-') {
    auto const equals = word.find('=');
    Values values = values_of(app, word.substr(0, equals));
    if (equals != std::string::npos) values.take_one();
    return values;
  }
  for (std::size_t letter = 1; letter < word.size(); ++letter) {
    Values const values = values_of(app, {'-', word[letter]});
    if (values.most > 0) return letter + 1 < word.size() ? Values{} : values;
  }
  return {};
}

}  // namespace

std::vector<std::string> files_first(CLI::App const& app, std::vector<std::string> const& typed) {
  std::vector<std::string> files;
  std::vector<std::string> options;
  for (std::size_t i = 0; i < typed.size();) {
    std::string const& word = typed[i++];
    if (word == "--") {
      // No name of a file that comes behind it is an option.
      for (; i < typed.size(); ++i)
        files.push_back(is_option(typed[i]) ? "./" + typed[i] : typed[i]);
      break;
    }
    if (!is_option(word)) {
      files.push_back(word);
      continue;
    }
    options.push_back(word);
    Values const wanted = values_behind(app, word);
    Values values = wanted;
    for (; values.most > 0 && i < typed.size() && !is_option(typed[i]); values.take_one()) {
      if (values.least == 0 && !looks_like_number(typed[i])) break;
      options.push_back(typed[i++]);
    }
    if (values.least == 0) continue;
    throw BadInput(word + ": wants " + std::to_string(wanted.least) +
                   (wanted.least == 1 ? " value, but there is none" : " values, not ") +
                   (wanted.least == 1 ? "" : std::to_string(wanted.least - values.least)));
  }
  files.insert(files.end(), options.begin(), options.end());
  return files;
}

}  // namespace example
