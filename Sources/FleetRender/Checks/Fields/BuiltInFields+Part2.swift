// Written by scripts/kubernetes-fields from the OpenAPI documents of Kubernetes 1.36.

extension FieldTable {
  static let part2 = """
    StatusDetails: causes=[StatusCause] group=s kind=s name=s retryAfterSeconds=i uid=s
    StorageClass: allowVolumeExpansion=b allowedTopologies=[TopologySelectorTerm] apiVersion=s kind=s
    StorageClass: metadata=ObjectMeta mountOptions=[s] parameters={s} provisioner=s reclaimPolicy=s
    StorageClass: volumeBindingMode=s
    StorageOSPersistentVolumeSource: fsType=s readOnly=b secretRef=ObjectReference volumeName=s volumeNamespace=s
    StorageOSVolumeSource: fsType=s readOnly=b secretRef=LocalObjectReference volumeName=s volumeNamespace=s
    Subject: apiGroup=s kind=s name=s namespace=s
    SuccessPolicy: rules=[SuccessPolicyRule]
    SuccessPolicyRule: succeededCount=i succeededIndexes=s
    Sysctl: name=s value=s
    TCPSocketAction: host=s port=*
    Taint: effect=s key=s timeAdded=s value=s
    TokenRequest: audience=s expirationSeconds=i
    Toleration: effect=s key=s operator=s tolerationSeconds=i value=s
    TopologySelectorLabelRequirement: key=s values=[s]
    TopologySelectorTerm: matchLabelExpressions=[TopologySelectorLabelRequirement]
    TopologySpreadConstraint: labelSelector=LabelSelector matchLabelKeys=[s] maxSkew=i minDomains=i
    TopologySpreadConstraint: nodeAffinityPolicy=s nodeTaintsPolicy=s topologyKey=s whenUnsatisfiable=s
    TypedLocalObjectReference: apiGroup=s kind=s name=s
    TypedObjectReference: apiGroup=s kind=s name=s namespace=s
    ValidationRule: fieldPath=s message=s messageExpression=s optionalOldSelf=b reason=s rule=s
    Volume: awsElasticBlockStore=AWSElasticBlockStoreVolumeSource azureDisk=AzureDiskVolumeSource
    Volume: azureFile=AzureFileVolumeSource cephfs=CephFSVolumeSource cinder=CinderVolumeSource
    Volume: configMap=ConfigMapVolumeSource csi=CSIVolumeSource downwardAPI=DownwardAPIVolumeSource
    Volume: emptyDir=EmptyDirVolumeSource ephemeral=EphemeralVolumeSource fc=FCVolumeSource
    Volume: flexVolume=FlexVolumeSource flocker=FlockerVolumeSource gcePersistentDisk=GCEPersistentDiskVolumeSource
    Volume: gitRepo=GitRepoVolumeSource glusterfs=GlusterfsVolumeSource hostPath=HostPathVolumeSource
    Volume: image=ImageVolumeSource iscsi=ISCSIVolumeSource name=s nfs=NFSVolumeSource
    Volume: persistentVolumeClaim=PersistentVolumeClaimVolumeSource
    Volume: photonPersistentDisk=PhotonPersistentDiskVolumeSource portworxVolume=PortworxVolumeSource
    Volume: projected=ProjectedVolumeSource quobyte=QuobyteVolumeSource rbd=RBDVolumeSource
    Volume: scaleIO=ScaleIOVolumeSource secret=SecretVolumeSource storageos=StorageOSVolumeSource
    Volume: vsphereVolume=VsphereVirtualDiskVolumeSource
    VolumeAttachment: apiVersion=s kind=s metadata=ObjectMeta spec=VolumeAttachmentSpec status=*
    VolumeAttachmentSource: inlineVolumeSpec=PersistentVolumeSpec persistentVolumeName=s
    VolumeAttachmentSpec: attacher=s nodeName=s source=VolumeAttachmentSource
    VolumeAttributesClass: apiVersion=s driverName=s kind=s metadata=ObjectMeta parameters={s}
    VolumeDevice: devicePath=s name=s
    VolumeMount: mountPath=s mountPropagation=s name=s readOnly=b recursiveReadOnly=s subPath=s subPathExpr=s
    VolumeNodeAffinity: required=NodeSelector
    VolumeNodeResources: count=i
    VolumeProjection: clusterTrustBundle=ClusterTrustBundleProjection configMap=ConfigMapProjection
    VolumeProjection: downwardAPI=DownwardAPIProjection podCertificate=PodCertificateProjection
    VolumeProjection: secret=SecretProjection serviceAccountToken=ServiceAccountTokenProjection
    VolumeResourceRequirements: limits={*} requests={*}
    VsphereVirtualDiskVolumeSource: fsType=s storagePolicyID=s storagePolicyName=s volumePath=s
    WebhookClientConfig: caBundle=s service=ServiceReference url=s
    WebhookConversion: clientConfig=WebhookClientConfig conversionReviewVersions=[s]
    WeightedPodAffinityTerm: podAffinityTerm=PodAffinityTerm weight=i
    WindowsSecurityContextOptions: gmsaCredentialSpec=s gmsaCredentialSpecName=s hostProcess=b runAsUserName=s
    """
}
