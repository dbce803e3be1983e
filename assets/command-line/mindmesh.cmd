@"%~dp0..\node\node.exe" "%~dp0..\app.asar.unpacked\build\src-main\cli\cli.js" %*
