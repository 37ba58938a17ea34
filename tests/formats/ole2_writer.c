/* SPDX-FileCopyrightText: The pyronn authors
   SPDX-License-Identifier: Apache-2.0 */

/* Writes an OLE2 file with libgsf: ole2_writer FILE SECTOR_BITS < LIST. A line of the list is the
   name of a stream, "A/B", a tabulator, and the file that it holds; or "-", a tabulator, and how
   many zeros it holds. Zeros become holes of the file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsf/gsf.h>

/* A sink that steps over zeros. */
typedef struct {
  GsfOutput base;
  FILE *file;
} HolesOutput;
typedef GsfOutputClass HolesOutputClass;

static gboolean holes_close(GsfOutput *output) {
  HolesOutput *holes = (HolesOutput *)output;
  FILE *file = holes->file;
  holes->file = NULL;
  return file == NULL || fclose(file) == 0;
}

static gboolean holes_seek(GsfOutput *output, gsf_off_t offset, GSeekType whence) {
  HolesOutput *holes = (HolesOutput *)output;
  int const from = whence == G_SEEK_SET ? SEEK_SET : whence == G_SEEK_CUR ? SEEK_CUR : SEEK_END;
  return fseeko(holes->file, offset, from) == 0;
}

static gboolean holes_write(GsfOutput *output, size_t count, guint8 const *bytes) {
  HolesOutput *holes = (HolesOutput *)output;
  if (count >= 4096 && bytes[0] == 0 && memcmp(bytes, bytes + 1, count - 1) == 0) {
    return fseeko(holes->file, (off_t)count, SEEK_CUR) == 0;
  }
  return fwrite(bytes, 1, count, holes->file) == count;
}

static void holes_class_init(GObjectClass *object) {
  GsfOutputClass *output = GSF_OUTPUT_CLASS(object);
  output->Close = holes_close;
  output->Seek = holes_seek;
  output->Write = holes_write;
}

static GSF_CLASS(HolesOutput, holes_output, holes_class_init, NULL, GSF_OUTPUT_TYPE)

static GsfOutfile *storage_of(GsfOutfile *root, GHashTable *storages, char const *path) {
  GsfOutfile *found = g_hash_table_lookup(storages, path);
  if (*path == '\0') return root;
  if (found != NULL) return found;
  char *parent = g_path_get_dirname(path);
  char *name = g_path_get_basename(path);
  GsfOutfile *above = storage_of(root, storages, strcmp(parent, ".") == 0 ? "" : parent);
  found = GSF_OUTFILE(gsf_outfile_new_child(above, name, TRUE));
  g_hash_table_insert(storages, g_strdup(path), found);
  g_ptr_array_add(g_object_get_data(G_OBJECT(root), "order"), found);
  g_free(parent);
  g_free(name);
  return found;
}

static void require(gboolean holds, char const *what) {
  if (holds) return;
  fprintf(stderr, "%s\n", what);
  exit(1);
}

static void fill(GsfOutput *stream, char const *kind_or_file, char const *zeros) {
  static guint8 const none[1 << 20];
  if (zeros != NULL) {
    gsf_off_t left = (gsf_off_t)g_ascii_strtoll(zeros, NULL, 10);
    while (left > 0) {
      size_t const part = left < (gsf_off_t)sizeof none ? (size_t)left : sizeof none;
      require(gsf_output_write(stream, part, none), "zeros are not written");
      left -= (gsf_off_t)part;
    }
    return;
  }
  gchar *bytes = NULL;
  gsize count = 0;
  require(g_file_get_contents(kind_or_file, &bytes, &count, NULL), kind_or_file);
  require(gsf_output_write(stream, count, (guint8 *)bytes), "a stream is not written");
  g_free(bytes);
}

int main(int argc, char **argv) {
  require(argc == 3, "ole2_writer FILE SECTOR_BITS < LIST");
  gsf_init();
  HolesOutput *sink = g_object_new(holes_output_get_type(), NULL);
  sink->file = fopen(argv[1], "wb");
  require(sink->file != NULL, argv[1]);
  GsfOutfile *root =
      gsf_outfile_msole_new_full(GSF_OUTPUT(sink), 1u << atoi(argv[2]), 64);
  GPtrArray *order = g_ptr_array_new();
  g_object_set_data(G_OBJECT(root), "order", order);
  GHashTable *storages = g_hash_table_new(g_str_hash, g_str_equal);
  char line[4096];
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    gchar **words = g_strsplit(line, "\t", 3);
    char *storage = g_path_get_dirname(words[0]);
    char *name = g_path_get_basename(words[0]);
    GsfOutfile *above = storage_of(root, storages, strcmp(storage, ".") == 0 ? "" : storage);
    GsfOutput *stream = gsf_outfile_new_child(above, name, FALSE);
    gboolean const is_zeros = strcmp(words[1], "-") == 0;
    fill(stream, words[1], is_zeros ? words[2] : NULL);
    require(gsf_output_close(stream), "a stream is not closed");
    g_object_unref(stream);
    g_strfreev(words);
    g_free(storage);
    g_free(name);
  }
  for (guint i = order->len; i-- > 0;) {
    GsfOutput *storage = g_ptr_array_index(order, i);
    require(gsf_output_close(storage), "a storage is not closed");
    g_object_unref(storage);
  }
  require(gsf_output_close(GSF_OUTPUT(root)), "the file is not closed"); /* and its sink */
  g_object_unref(root);
  gsf_shutdown();
  return 0;
}
