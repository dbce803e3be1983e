/** The owner's settings: when and how much this machine works, and what others get to know. */
import type { HostSnapshot } from '../../../src-shared/api/snapshot.ts';
import { defaultSettings } from '../../../src-shared/settings.ts';
import { CopyButton } from '../../components/copy-button.tsx';
import { useDesktop } from '../../features/desktop-shell/desktop-context.tsx';
import { viewAddress } from '../../features/navigation/use-view.ts';
import { ListSetting } from '../../features/settings/list-setting.tsx';
import { LimitSetting, NumberSetting } from '../../features/settings/number-setting.tsx';
import { ScheduleEditor } from '../../features/settings/schedule-editor.tsx';
import { SettingsGroup } from '../../features/settings/settings-group.tsx';
import { SettingsSection } from '../../features/settings/settings-section.tsx';
import { SingleCards } from '../../features/settings/single-cards.tsx';
import { SwitchSetting } from '../../features/settings/switch-setting.tsx';
import { useFacts } from '../../features/machine/use-facts.ts';
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
  const form = useSettings();
  const facts = useFacts();
  const isDesktop = useDesktop() !== null;
  return (
    <div className="min-h-0 grow overflow-y-auto">
      <div className="mx-auto w-full max-w-3xl space-y-4 p-4 md:p-6">
        <div>
          <h1 className="text-xl font-semibold tracking-tight">{words.title}</h1>
          <p className="text-sm text-muted">{words.lead}</p>
        </div>
        <SettingsSection form={form}>
          <SettingsGroup group="when">
            <NumberSetting name="idleMinutes" />
            <SwitchSetting name="pauseWhileGaming" />
            <ListSetting name="exclusiveApps" />
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
              gpus={facts?.gpus}
              ceilingOfAll={
                form.settings?.temperatureCeilingCelsius ??
                defaultSettings.temperatureCeilingCelsius
              }
            />
          </SettingsGroup>
          <SettingsGroup group="network">
            <LimitSetting name="downloadLimitKilobytesPerSecond" whenOn={5000} />
            <LimitSetting name="uploadLimitKilobytesPerSecond" whenOn={1000} />
          </SettingsGroup>
          <SettingsGroup group="asking">
            <SwitchSetting name="askPoolOnly" />
            <SwitchSetting name="askOwnMachinesOnly" />
            <ListSetting name="ownMachines" />
            <ListSetting name="askRegions" />
            <SwitchSetting name="askOuterLayersHere" />
            <NumberSetting name="askLeastOperators" />
            <LimitSetting name="askPriceCeiling" whenOn={0} />
          </SettingsGroup>
          <SettingsGroup group="privacy">
            <div className="space-y-2 pb-3.5 text-sm">
              <p>{words.privacy.here}</p>
              <p>{words.privacy.peers}</p>
              <p>
                {words.privacy.network}{' '}
                <a href={viewAddress('network')} className="text-accent underline">
                  {text.app.views.network}
                </a>
                .
              </p>
            </div>
            <ApiAddress baseUrl={snapshot.api.baseUrl} />
            <NumberSetting name="apiPort" />
          </SettingsGroup>
          {isDesktop ? <AppGroup version={snapshot.version} /> : null}
        </SettingsSection>
      </div>
    </div>
  );
}
