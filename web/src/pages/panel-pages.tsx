// The pages of panels beside Overview.
import { ACCESS, DENIALS, ERRORS } from './page-specs'
import { PanelPage } from './panel-page'

export const Denials = () => <PanelPage spec={DENIALS} />
export const Errors = () => <PanelPage spec={ERRORS} />
export const Access = () => <PanelPage spec={ACCESS} />
