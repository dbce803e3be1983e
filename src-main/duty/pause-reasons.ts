/**
 * Every reason to pause, from what is known at one moment. Pure, and without memory: active-reasons.ts decides how
 * long a reason counts after it is gone.
 *
 * An unknown reading never counts as an idle machine. Where idleness, the battery or free memory cannot be read, the
 * machine pauses and says so; the owner can then switch that check off.
 */
import type { PauseCause } from '../../src-shared/duty.ts';
import { printable } from '../../src-shared/printable.ts';
import type { CoolDown } from './cool-down.ts';
import { type DutyInput, missing, sane } from './duty-input.ts';
import { gpuLoadSigns, heatSigns, videoMemorySigns } from './gpu-signs.ts';
import { memorySigns } from './main-memory.ts';
import { minuteMs } from '../../src-shared/local-time.ts';
import { causeOfPause, isPauseOver } from './pause-request.ts';
import { isInSchedule, nextOpening } from './schedule.ts';
import { type AllSigns, notRuledOut, over, quiet, type Signs, stands, unclear } from './signs.ts';

/** What the duty remembers beyond the readings of one moment. */
export type Remembered = {
  /** Time since the owner's last input; undefined when that is not known. */
  readonly idleMs: number | undefined;
  readonly coolDown: CoolDown | null;
};

export function pauseSigns(input: DutyInput, remembered: Remembered): AllSigns {
  return {
    user: userSigns(input),
    'fault cool-down': coolDownSigns(input, remembered.coolDown),
    'too hot': heatSigns(input),
    'game running': gameSigns(input),
    'full-screen app': fullScreenSigns(input),
    'other GPU load': gpuLoadSigns(input),
    'on battery': batterySigns(input),
    'outside schedule': scheduleSigns(input),
    'in use': inputSigns(input, remembered.idleMs),
    'CPU busy': cpuSigns(input),
    'memory needed': memorySigns(input),
    'no video memory': videoMemorySigns(input),
    'no network': networkSigns(input),
  };
}

function userSigns({ requests, now }: DutyInput): Signs {
  const { pause } = requests;
  return pause === null || isPauseOver(pause, now) ? 'off' : [stands(causeOfPause(pause, now))];
}

function coolDownSigns({ now }: DutyInput, coolDown: CoolDown | null): Signs {
  if (coolDown === null || now.monotonicMs >= coolDown.endsAtMs) {
    return 'off';
  }
  const { message, retryAt } = coolDown;
  return [stands({ code: 'failed', message, retryAt })];
}

/** The owner's own list of programs counts even where games do not pause the machine. */
function gameSigns({ facts, preferences }: DutyInput): Signs {
  const { pauseWhileGaming, exclusiveApps } = preferences;
  if (!pauseWhileGaming && exclusiveApps.length === 0) {
    return 'off';
  }
  if (!facts.games.isKnown) {
    return [notRuledOut({ code: 'games-unknown', missing: missing(facts.games) })];
  }
  const running = facts.games.value.filter(
    ({ foundBy }) =>
      foundBy === 'exclusive apps' || (pauseWhileGaming && foundBy === 'launcher folder'),
  );
  return [
    running.length === 0 ? quiet() : stands(programsRunning(running.map(({ name }) => name))),
  ];
}

function fullScreenSigns({ facts, preferences }: DutyInput): Signs {
  if (!preferences.pauseWhileGaming) {
    return 'off';
  }
  if (!facts.games.isKnown) {
    return [unclear('')];
  }
  const window = facts.games.value.find(({ foundBy }) => foundBy === 'full screen');
  return [
    window === undefined
      ? quiet()
      : stands({ code: 'full-screen', name: printable(window.name, 100) }),
  ];
}

/**
 * A laptop with a closed lid on battery may be in a bag: it does not work there, whatever the owner allows on
 * battery.
 */
function batterySigns({ facts, preferences }: DutyInput): Signs {
  const { onBattery, isLidClosed } = facts;
  if (preferences.onBattery === 'work') {
    const isInBag =
      isLidClosed.isKnown && isLidClosed.value && onBattery.isKnown && onBattery.value;
    return [isInBag ? stands({ code: 'lid-closed' }) : quiet()];
  }
  if (!onBattery.isKnown) {
    return [notRuledOut({ code: 'battery-unknown', missing: missing(onBattery) })];
  }
  return [onBattery.value ? stands({ code: 'on-battery' }) : quiet()];
}

function scheduleSigns({ preferences, now }: DutyInput): Signs {
  const { schedule } = preferences;
  if (schedule === null || isInSchedule(schedule, now.wallMs, now.zone)) {
    return 'off';
  }
  const opensAt = nextOpening(schedule, now.wallMs, now.zone) ?? null;
  return [stands({ code: 'outside-hours', opensAt })];
}

/**
 * Input has its own time of quiet, the minutes that the owner set. Behind a locked screen the owner is not about to
 * go on, so there the shorter time of all other causes is enough: once without input, and once more to be sure.
 */
function inputSigns({ facts, preferences }: DutyInput, idleMs: number | undefined): Signs {
  const { idleMinutes, steadyQuietSeconds } = preferences;
  if (idleMinutes === 0) {
    return 'off';
  }
  if (idleMs === undefined) {
    return [
      notRuledOut({ code: 'input-unknown', missing: missing(facts.inputIdleMs) }, 'reading'),
      unclear('input'),
    ];
  }
  if (idleMs >= idleMinutes * minuteMs) {
    return [quiet('reading'), over('input')];
  }
  const isLocked = facts.isLocked.isKnown && facts.isLocked.value;
  return [
    quiet('reading'),
    isLocked && idleMs >= steadyQuietSeconds * 1000
      ? quiet('input')
      : stands({ code: 'in-use', minutes: idleMinutes }, 'input'),
  ];
}

function cpuSigns({ facts, preferences }: DutyInput): Signs {
  const limit = preferences.pauseOnCpuLoadPercent;
  if (limit === null) {
    return 'off';
  }
  const others = sane(facts.othersCpuShare);
  if (!others.isKnown) {
    return [notRuledOut({ code: 'processor-unknown', missing: missing(others) })];
  }
  return [
    others.value * 100 > limit ? stands({ code: 'processor-busy', percent: limit }) : quiet(),
  ];
}

/**
 * An unknown network is no reason to pause: most systems do not tell what a connection costs, and whether there is
 * one shows soon by the peers.
 */
function networkSigns({ facts, work, preferences }: DutyInput): Signs {
  const sleep = work.isSuspending ? stands({ code: 'going-to-sleep' }, 'sleep') : quiet('sleep');
  const { network } = facts;
  if (!network.isKnown) {
    return [sleep, unclear('network')];
  }
  if (network.value === 'offline') {
    return [sleep, stands({ code: 'no-network' }, 'network')];
  }
  const costs = network.value === 'metered' && preferences.onMeteredNetwork === 'pause';
  return [sleep, costs ? stands({ code: 'metered-network' }, 'network') : quiet('network')];
}

function programsRunning(names: readonly string[]): PauseCause {
  // A line has room for two names, not for three.
  const shown = names.slice(0, names.length > 2 ? 1 : 2).map((name) => printable(name, 100));
  return { code: 'program-running', names: shown, others: names.length - shown.length };
}
