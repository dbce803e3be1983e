/** The owner's wishes: when and how much this machine works, and what others get to know. */
import type { HostSnapshot } from '../../../src-shared/host-api.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { useDesktop } from '../../features/desktop-shell/desktop-context.tsx';
import { ExclusiveApps } from '../../features/settings/exclusive-apps.tsx';
import { LimitSetting, NumberSetting } from '../../features/settings/number-setting.tsx';
import { ScheduleEditor } from '../../features/settings/schedule-editor.tsx';
import { SettingsProvider } from '../../features/settings/settings-context.tsx';
import { SettingsGroup } from '../../features/settings/settings-group.tsx';
import { SingleCards } from '../../features/settings/single-cards.tsx';
import { SwitchSetting } from '../../features/settings/switch-setting.tsx';
import { useSettings } from '../../features/settings/use-settings.ts';
import { text } from '../../locales/text.ts';
import { AppGroup } from './app-group.tsx';

const words = text.settings;

function ApiAddress({ baseUrl }: { baseUrl: string }) {
  return (
    <div className="py-3.5">
      <p className="font-medium">{words.privacy.api}</p>
      <p className="flex items-center gap-1">
        <code className="truncate font-mono text-[0.8125rem]">{baseUrl}</code>
        <CopyButton value={baseUrl} label={words.privacy.copyApi} />
      </p>
    </div>
  );
}

export function SettingsView({ snapshot }: { snapshot: HostSnapshot }) {
  const { settings, failure, change } = useSettings();
  const isDesktop = useDesktop() !== null;
  return (
    <div className="min-h-0 grow overflow-y-auto">
      <div className="mx-auto w-full max-w-3xl space-y-4 p-4 md:p-6">
        <div>
          <h1 className="text-xl font-semibold tracking-tight">{words.title}</h1>
          <p className="text-sm text-muted">{words.lead}</p>
        </div>
        {settings === null ? (
          <p role={failure === null ? undefined : 'alert'} className="text-muted">
            {failure === null ? words.loading : `${words.unreadable} ${failure}`}
          </p>
        ) : (
          <SettingsProvider value={{ settings, change }}>
            <SettingsGroup group="when">
              <NumberSetting name="idleMinutes" />
              <SwitchSetting name="pauseWhileGaming" />
              <ExclusiveApps />
              <LimitSetting name="pauseOnGpuLoadPercent" whenOn={20} />
              <LimitSetting name="pauseOnCpuLoadPercent" whenOn={50} />
              <SwitchSetting name="onBattery" />
              <SwitchSetting name="onMeteredNetwork" />
              <NumberSetting name="steadyQuietSeconds" />
              <ScheduleEditor />
            </SettingsGroup>
            <SettingsGroup group="much">
              <NumberSetting name="temperatureCeilingCelsius" />
              <LimitSetting name="cpuTemperatureCeilingCelsius" whenOn={95} />
              <NumberSetting name="powerCapPercent" />
              <NumberSetting name="cpuLimitWhenActivePercent" />
              <NumberSetting name="videoMemoryPercent" />
              <SwitchSetting name="keepAwake" />
              <SingleCards
                gpus={snapshot.facts?.gpus}
                ceilingOfAll={settings.temperatureCeilingCelsius}
              />
            </SettingsGroup>
            <SettingsGroup group="network">
              <LimitSetting name="downloadLimitKilobytesPerSecond" whenOn={5000} />
              <LimitSetting name="uploadLimitKilobytesPerSecond" whenOn={1000} />
              <LimitSetting name="diskLimitGigabytes" whenOn={50} />
            </SettingsGroup>
            <SettingsGroup group="privacy">
              <div className="space-y-2 pb-3.5 text-sm">
                <p>{words.privacy.here}</p>
                <p>{words.privacy.peers}</p>
              </div>
              <SwitchSetting name="mdns" />
              <ApiAddress baseUrl={snapshot.api.baseUrl} />
              <NumberSetting name="apiPort" />
            </SettingsGroup>
            {isDesktop ? <AppGroup version={snapshot.version} /> : null}
          </SettingsProvider>
        )}
      </div>
    </div>
  );
}
