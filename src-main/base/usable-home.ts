/**
 * Import this before any module that looks up the user's home folder. An empty HOME would put the data folder under
 * the working directory; without HOME, Node.js takes the folder from the system's list of users.
 */
if (process.env['HOME'] === '') {
  delete process.env['HOME'];
}
