/**
 * Loaded before whatever asks for the person's folder: an empty HOME would put it under the working directory, where
 * none at all leaves it to the system's list of users.
 */
if (process.env['HOME'] === '') {
  delete process.env['HOME'];
}
