# SPDX-FileCopyrightText: The pyronn authors
# SPDX-License-Identifier: Apache-2.0

# Which tests are compiled how, and which together. A test that is named nowhere here is a program of
# its own.

# Whole reconstructions, measured scans, minima that take thousands of iterations, and every model of
# every geometry in batches and slices.
set(large_tests ct_of_a_pepper_test defect_corrections_test detector_roll_test double_interp_test
  measured_axis_test packed_batch_test parallel_slices_test plane_oracles_test pwls_scan_test
  pwls_test ramp_preconditioner_scans_test random_scans_test reconstruct_iteratively_test
  rtk_figures_test rtk_solvers_test strength_choice_test subset_solvers_scan_test truncation_test
  tv_prox_test unequal_views_test water_hardening_test)

# These are slow under sanitizers, which see their code, or kernels like theirs, in smaller tests.
set(plain_tests admm_tv_test asd_pocs_test custom_model_test fista_tv_test forbild_head_test
  parallel_parts_test parts_of_batches_test parts_test pdhg_test phantom_batch_test
  phantom_bodies_test phantom_test plan_test rabbitct_test random_phantom_test rotation_axis_test
  shepp_logan_test siddon_test strong_tv_test workspace_bits_test)

# Under sanitizers a test takes three times as long to compile with optimisation as without, and at
# most a third of the time to run: these compute for long.
set(long_tests backprojector_test brick_runs_on_fibres_test bricks_on_fibres_test custom_fbp_test
  custom_model_test fbp_test fdk_test forbild_head_test mesh_test operators_test packed_batch_test
  parallel_parts_test parallel_slices_test parts_of_batches_test parts_test phantom_batch_test
  phantom_bodies_test phantom_test plan_test projector_test rabbitct_test random_numbers_test
  random_phantom_test rank_solvers_on_threads_test ranks_on_threads_test rotation_axis_test
  row_filter_on_fibres_test row_filter_test shepp_logan_test siddon_test slices_on_cores_test
  staged_rays_on_fibres_test vector_sums_test voxel_columns_on_fibres_test workspace_bits_test)

# Tests that are compiled as one source where many are: by nvcc, and as C++ where PYRONN_TEST_TOGETHER
# is on, those that compute for long apart. Each is in a namespace of its own: a test that specialises
# templates of pyronn's is a program of its own.
set(topics)
function(pyronn_add_topic topic)
  set(tests_of_${topic} ${ARGN} PARENT_SCOPE)
  set(topics ${topics} ${topic} PARENT_SCOPE)
endfunction()
pyronn_add_topic(phantoms phantom_test phantom_batch_test phantom_bodies_test phantom_plane_test
  random_phantom_test)
pyronn_add_topic(published_phantoms forbild_head_test shepp_logan_test ct_of_a_pepper_test)
pyronn_add_topic(simulations beam_simulation_test count_weights_test detector_simulation_test
  line_integrals_test noise_test preprocess_test random_numbers_test)
pyronn_add_topic(corrections bad_pixels_test drifting_fields_test line_corrector_test
  odd_pixels_test stripes_test zingers_test)
pyronn_add_topic(least_squares coarse_to_fine_test linear_maps_test operator_norm_test
  solver_properties_test solver_state_problems_test solver_state_test solver_tables_test
  system_matrix_test)
pyronn_add_topic(subset_solvers column_sums_test edge_potential_test edge_slope_test os_sart_test
  osem_errors_test osem_test pwls_test subset_solvers_scan_test)
pyronn_add_topic(tv_solvers admm_tv_test asd_pocs_test fista_tv_test pdhg_test
  reconstruct_iteratively_errors_test reconstruct_iteratively_test strength_choice_test strong_tv_test
  tv_prox_test tv_strength_test)
pyronn_add_topic(vectors vector_operations_test)
pyronn_add_topic(other_software plane_oracles_test rabbitct_test rtk_figures_test
  rtk_solvers_test)
pyronn_add_topic(reconstructions defect_corrections_test fbp_test fbp_batch_test fdk_test
  redundancy_test row_filter_test)
pyronn_add_topic(operators adjoint_test backprojector_test misuse_test operators_test projector_test
  vector_sums_test workspace_bits_test)
pyronn_add_topic(models curved_detector_test custom_model_test custom_policies_test siddon_test)
pyronn_add_topic(batches batch_test packed_batch_test parallel_parts_test parallel_slices_test
  plane_transpose_test)
pyronn_add_topic(parts filtered_slabs_test marched_slabs_test parts_of_batches_test parts_test plan_test)
pyronn_add_topic(streams stream_forecast_test stream_probe_test streamed_files_test
  streamed_group_errors_test streamed_group_test streamed_half_test streamed_map_test streamed_test
  streamed_views_test)
pyronn_add_topic(ranks_of_threads rank_memory_test rank_slabs_test rank_solvers_on_threads_test
  ranks_on_threads_test)
pyronn_add_topic(storage half_types_test storage_test)
pyronn_add_topic(geometries geometries_test shift_invariance_test)
pyronn_add_topic(rays fan_depth_test not_finite_test plane_chords_test single_rays_test)

# As C++ only.
pyronn_add_topic(axes axis_column_test detector_roll_test measured_axis_test rotation_axis_test)
pyronn_add_topic(arrays_of_images dicom_ct_pd_errors_test dicom_ct_pd_test edf_images_test
  elekta_images_test hdf5_images_test hdf5_virtual_test hdf5_volume_test image_stack_test
  npy_header_test npy_test tiff_images_test tiff_volume_test)
pyronn_add_topic(scans data_exchange_test metaimage_errors_test metaimage_reader_test metaimage_test
  nikon_angles_test nikon_errors_test nikon_test nxtomo_test ole2_file_test skyscan_errors_test
  skyscan_test varian_test zeiss_test zeiss_values_test)
pyronn_add_topic(described_scans beam_json_test calibration_fields_test geometry_json_test
  matrix_text_test rtk_files_test rtk_geometry_test rtk_scan_test scan_json_test
  volume_writer_test)
pyronn_add_topic(meshes mesh_shells_test mesh_surface_test mesh_test stl_test)
pyronn_add_topic(bodies body_shapes_test body_test)
pyronn_add_topic(scan_geometries arc_vectors_test binned_detector_test check_geometry_test
  circular_scan_test cone_beam_errors_test cone_beam_test detector_part_test geometry_errors_test
  moved_views_test plane_geometries_test plane_rows_test trajectories_test)
pyronn_add_topic(errors fbp_errors_test operator_pair_errors_test operator_pair_test
  plain_words_test sample_errors_test shadow_test)
pyronn_add_topic(bricks brick_runs_on_fibres_test bricks_on_fibres_test)
pyronn_add_topic(short_and_truncated_scans truncation_test unequal_views_test
  water_hardening_test)

# Tests of the device, by topic, whose kernels others compile, too.
set(repeated_on_cuda batches custom_fbp_test custom_geometry_test custom_storage_test
  double_calls_test double_interp_test geometries half_data_test memory_advice_test operators
  other_software parts published_phantoms ramp_preconditioner_scans_test ramp_preconditioner_test
  rays solver_loop_test storage)
