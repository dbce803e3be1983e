/** Longer than any round of readings takes, in milliseconds: with one that hangs, the whole script has to fall silent. */
const longestLookMs = 15_000;

export type WindowsScriptPlan = {
  readonly everyMs: number;
  readonly startsEveryMs: number;
  readonly alertFile: string;
};

/**
 * The PowerShell script that reads Windows' facts. One PowerShell keeps running, since starting it takes half a
 * second of processor time. Each fact is a line of words with tabs between them; "end" closes a section, so that half
 * a section is never taken for the whole. Numbers are written the same in every language of the system.
 *
 * Loads come from WMI's counter classes, whose names are the same in every language, unlike those of typeperf and
 * Get-Counter. The adapters' names and LUIDs come from DirectX's part of the registry.
 *
 * A program that starts is seen by its new process id, because Windows tells of starts only to administrators, and
 * WMI's query for new processes reads all of them each time, for many times the cost. A thread looks for new ids, since
 * the counters of the cards alone may take a second; each "start" is a line that counts by itself.
 *
 * @param plan.everyMs between readings of the owner's presence; processes and cards cost more, so they are read at every
 * second and every fifth of these readings
 * @param plan.startsEveryMs between looks for new process ids, while the file `plan.alertFile` is there
 */
export function windowsScript({ everyMs, startsEveryMs, alertFile }: WindowsScriptPlan): string {
  return `
$ErrorActionPreference = 'Stop'
[Console]::OutputEncoding = New-Object System.Text.UTF8Encoding $false
$invariant = [Globalization.CultureInfo]::InvariantCulture
function Say { [Console]::Out.WriteLine(($args | ForEach-Object {
  if ($_ -is [IFormattable]) { $_.ToString($null, $invariant) } else { ([string]$_) -replace '\\s', ' ' }
}) -join [char]9) }

Add-Type -AssemblyName System.Windows.Forms
Add-Type -Namespace MindMesh -Name Native -MemberDefinition @'
[StructLayout(LayoutKind.Sequential)] public struct LastInput { public uint Size; public uint Tick; }
[DllImport("user32.dll")] public static extern bool GetLastInputInfo(ref LastInput info);
[DllImport("user32.dll")] public static extern IntPtr GetForegroundWindow();
[DllImport("user32.dll")] public static extern uint GetWindowThreadProcessId(IntPtr window, out uint pid);
[DllImport("shell32.dll")] public static extern int SHQueryUserNotificationState(out int state);
public static long IdleMilliseconds() {
  LastInput info = new LastInput(); info.Size = 8;
  if (!GetLastInputInfo(ref info)) { return -1; }
  return unchecked((uint)Environment.TickCount - info.Tick);
}
[DllImport("kernel32.dll")] static extern bool K32EnumProcesses([Out] int[] ids, int bytes, out int used);
[DllImport("kernel32.dll")] static extern IntPtr OpenProcess(uint access, bool inherit, int id);
[DllImport("kernel32.dll")] static extern bool CloseHandle(IntPtr handle);
[DllImport("kernel32.dll", CharSet = CharSet.Unicode)] static extern bool QueryFullProcessImageName(
  IntPtr process, uint flags, System.Text.StringBuilder name, ref int size);
public static int[] ProcessIds() {
  int[] ids = new int[8192]; int used;
  if (!K32EnumProcesses(ids, ids.Length * 4, out used)) { return null; }
  int[] told = new int[used / 4]; Array.Copy(ids, told, told.Length);
  return told;
}
public static string PathOf(int id) {
  IntPtr process = OpenProcess(0x1000, false, id);
  if (process == IntPtr.Zero) { return null; }
  System.Text.StringBuilder name = new System.Text.StringBuilder(32768); int size = name.Capacity;
  bool isTold = QueryFullProcessImageName(process, 0, name, ref size);
  CloseHandle(process);
  return isTold ? name.ToString() : null;
}
static readonly System.Threading.ManualResetEvent alert = new System.Threading.ManualResetEvent(false);
static System.Threading.Thread watcher;
static volatile int calledAt;
public static void Alert(bool isOn) {
  calledAt = Environment.TickCount;
  if (!isOn) { alert.Reset(); return; }
  alert.Set();
  if (watcher == null) {
    watcher = new System.Threading.Thread(SayStarts); watcher.IsBackground = true; watcher.Start();
  }
}
static void SayStarts() {
  System.Collections.Generic.Dictionary<int, bool> before = new System.Collections.Generic.Dictionary<int, bool>();
  while (alert.WaitOne()) {
    int[] ids = ProcessIds();
    if (ids != null && unchecked(Environment.TickCount - calledAt) < ${longestLookMs}) {
      System.Collections.Generic.Dictionary<int, bool> now = new System.Collections.Generic.Dictionary<int, bool>();
      foreach (int id in ids) {
        now[id] = true;
        string path = before.ContainsKey(id) ? null : PathOf(id);
        if (path != null) { Console.Out.WriteLine("start\\t" + id + "\\t" + path); }
      }
      before = now;
    }
    System.Threading.Thread.Sleep(${startsEveryMs});
  }
}
'@

function Say-Cards {
  Get-ChildItem 'HKLM:\\SOFTWARE\\Microsoft\\DirectX' -ErrorAction SilentlyContinue | ForEach-Object {
    $card = Get-ItemProperty $_.PSPath
    if ($null -ne $card.AdapterLuid -and $null -ne $card.VendorId) {
      $luid = '0x{0:x8}_0x{1:x8}' -f ([long]$card.AdapterLuid -shr 32), ([long]$card.AdapterLuid -band 0xffffffffL)
      Say 'adapter' $luid $card.VendorId $card.DedicatedVideoMemory $card.Description
    }
  }
  Say 'end' 'adapters'
}

function Say-Drivers {
  try {
    Get-CimInstance -ClassName Win32_VideoController -Property Name, DriverVersion |
      ForEach-Object { Say 'driver' $_.Name $_.DriverVersion }
  } catch { }
  Say 'end' 'drivers'
}

function Say-Folders {
  Get-ItemProperty 'HKLM:\\SOFTWARE\\WOW6432Node\\GOG.com\\Games\\*' -ErrorAction SilentlyContinue |
    ForEach-Object { Say 'folder' 'GOG' $_.path $_.gameName }
  Get-ItemProperty 'HKCU:\\Software\\Valve\\Steam' -ErrorAction SilentlyContinue |
    ForEach-Object { Say 'folder' 'Steam' $_.SteamPath '' }
  Get-ItemProperty 'HKLM:\\SOFTWARE\\WOW6432Node\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\*' -ErrorAction SilentlyContinue |
    Where-Object { $_.Publisher -like 'Blizzard*' -and $_.InstallLocation -and $_.DisplayName -ne 'Battle.net' } |
    ForEach-Object { Say 'folder' 'Battle.net' $_.InstallLocation $_.DisplayName }
  Say 'end' 'folders'
}

function Say-Owner {
  Say 'idle' ([MindMesh.Native]::IdleMilliseconds())
  Say 'locked' $script:isLocked
  $state = 0
  $isAsked = [MindMesh.Native]::SHQueryUserNotificationState([ref]$state) -eq 0
  if ($isAsked -and ($state -eq 2 -or $state -eq 3)) {
    $foreground = [uint32]0
    [void][MindMesh.Native]::GetWindowThreadProcessId([MindMesh.Native]::GetForegroundWindow(), [ref]$foreground)
    Say 'fullscreen' $foreground (Get-Process -Id $foreground -ErrorAction SilentlyContinue).ProcessName
  }
  Say 'power' ([Windows.Forms.SystemInformation]::PowerStatus.PowerLineStatus)
  Say 'end' 'owner'
}

function Say-Network {
  try {
    $connection = [Windows.Networking.Connectivity.NetworkInformation, Windows, ContentType=WindowsRuntime]::GetInternetConnectionProfile()
    if ($null -eq $connection) { Say 'network' 'offline' }
    elseif ([string]$connection.GetConnectionCost().NetworkCostType -in 'Fixed', 'Variable') { Say 'network' 'metered' }
    else { Say 'network' 'online' }
  } catch { Say 'network' 'unknown' }
  Say 'end' 'network'
}

$known = @{}
$isLocked = $false
function Say-Processes {
  $alive = @{}
  $script:isLocked = $false
  foreach ($process in [Diagnostics.Process]::GetProcesses()) {
    $alive[$process.Id] = $true
    if (-not $known.ContainsKey($process.Id)) {
      $path = [MindMesh.Native]::PathOf($process.Id)
      if (-not $path) { $path = $process.ProcessName }
      $known[$process.Id] = $true
      Say 'process' $process.Id $path
    }
    if ($process.ProcessName -eq 'LogonUI') { $script:isLocked = $true }
    if ($process.ProcessName -in 'node', 'electron', 'MindMesh') {
      try { Say 'cpu' $process.Id $process.TotalProcessorTime.TotalSeconds } catch { }
    }
    $process.Dispose()
  }
  foreach ($id in @($known.Keys)) { if (-not $alive.ContainsKey($id)) { $known.Remove($id); Say 'gone' $id } }
  Say 'end' 'processes'
}

function Say-Load {
  $prefix = 'Win32_PerfFormattedData_GPUPerformanceCounters_'
  Get-CimInstance -ClassName ($prefix + 'GPUEngine') -Filter 'UtilizationPercentage > 0' -Property Name, UtilizationPercentage |
    ForEach-Object { Say 'engine' $_.Name $_.UtilizationPercentage }
  Get-CimInstance -ClassName ($prefix + 'GPUProcessMemory') -Filter 'DedicatedUsage > 0' -Property Name, DedicatedUsage |
    ForEach-Object { Say 'memory' $_.Name $_.DedicatedUsage }
  Say 'end' 'load'
}

Say 'begin'
Say-Cards
Say-Folders
for ($look = 0; $true; $look++) {
  if ($look % 2 -eq 0) { Say-Processes }
  Say-Owner
  if ($look % 5 -eq 0) {
    Say-Network
    try { Say-Load } catch { Say 'failed' 'load' $_.Exception.Message }
  }
  if ($look -eq 0) { Say-Drivers }
  [MindMesh.Native]::Alert([IO.File]::Exists('${alertFile.replaceAll("'", "''")}'))
  Start-Sleep -Milliseconds ${everyMs}
}
`;
}
